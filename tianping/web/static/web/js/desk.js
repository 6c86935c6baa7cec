// htmx on Django: the token that csrf_token put on <body> goes with every request that writes.
const safe = new Set(["get", "head", "options"]);

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!safe.has(detail.verb)) detail.headers["X-CSRFToken"] = document.body.dataset.csrf;
});

// A request that failed says so where the reader looks; the words stand in the page, for translation.
document.addEventListener("htmx:sendError", () => say("offline"));
document.addEventListener("htmx:responseError", ({ detail }) => say(detail.xhr.status === 403 ? "denied" : "failed"));

function say(what) {
  const words = document.querySelector(`#toasts-words [data-say="${what}"]`);
  if (words) toasts.append(words.content.cloneNode(true));
}

// A toast only repeats what the page shows, so it may go by itself; not while it is pointed at or focused.
const toastWatch = new MutationObserver((changes) => {
  for (const node of changes.flatMap((c) => [...c.addedNodes])) {
    if (node.nodeType === 1) setTimeout(() => leave(node), 8000);
  }
});

const toasts = document.getElementById("toasts");
if (toasts) toastWatch.observe(toasts, { childList: true });

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(() => leave(toast), 2000);
  else toast.remove();
}

document.querySelectorAll("button[data-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});

// A sheet that comes in part by part goes on by itself.
document.querySelector("form[data-go-on]")?.requestSubmit();

// What a list opened beside it becomes the selected row.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const row = detail.requestConfig?.elt?.closest?.("[data-rows] tr, [data-rows] li");
  if (row && detail.target.id === "pane") {
    row.parentElement.querySelectorAll("[aria-current]").forEach((r) => r.removeAttribute("aria-current"));
    row.setAttribute("aria-current", "true");
    detail.target.hidden = false;
    document.querySelector(".work")?.classList.add("open");
  }
  detail.target.querySelector?.("[data-focus]")?.focus();
});
