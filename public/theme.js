// Before the first paint, so that a dark page never flashes white. A file, since the page allows no inline script.
document.documentElement.dataset.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
