"""Tests of the documented caches in front of the site, with real servers."""
