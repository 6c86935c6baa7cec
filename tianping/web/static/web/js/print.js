// This page was asked for to be printed; going back does not print it again.
history.replaceState(null, "", location.pathname);
window.print();
