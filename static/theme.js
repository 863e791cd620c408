// Before the first paint, so that a chosen theme never flashes: it is kept in this browser alone.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {} // storage may be forbidden: the system's theme stands
