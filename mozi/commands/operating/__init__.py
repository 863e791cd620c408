"""Commands for who runs the site: admins, backups, the doctor, another database."""
