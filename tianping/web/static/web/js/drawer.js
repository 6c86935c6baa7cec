// Opens a step's form beside the page (a[data-drawer]), dialogs (button[data-open]) and closes menus. Without script the
// same links lead to pages of their own.
const drawer = document.getElementById("drawer");
let asked = 0;

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-drawer]");
  if (link && drawer && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    closeMenus();
    await fill(link.href);
    return;
  }
  const opener = event.target.closest("[data-open]");
  if (opener) {
    closeMenus();
    document.querySelector(opener.dataset.open)?.showModal();
  }
  const closer = event.target.closest("[data-close]");
  const dialog = closer?.closest("dialog");
  if (dialog) {
    event.preventDefault();
    dialog.close();
  }
  if (!event.target.closest("details.menu")) closeMenus();
});

async function fill(address) {
  const mine = ++asked;
  let answer;
  try {
    answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": "drawer" } });
  } catch {
    answer = null;
  }
  if (mine !== asked) return; // another link was pressed meanwhile
  if (!answer?.ok || answer.redirected) {
    location.assign(address); // log-in, a refusal or no net: let the page itself say so
    return;
  }
  drawer.innerHTML = await answer.text();
  window.htmx?.process(drawer);
  if (!drawer.open) drawer.showModal();
  drawer.querySelector("[data-focus], .fields :is(input:not([type=hidden]), select, textarea)")?.focus();
}

function closeMenus(but) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (menu !== but) menu.open = false;
  });
}

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches?.("details.menu[open]")) return;
  closeMenus(target);
  const list = target.querySelector("ul").getBoundingClientRect();
  if (list.right > document.documentElement.clientWidth) target.classList.add("right");
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A ready text goes into its field at once, after what stands there, with its first blank selected.
document.addEventListener("click", (event) => {
  const ready = event.target.closest("button[data-text]");
  const field = ready && document.getElementById(ready.dataset.into);
  if (!field) return;
  event.preventDefault();
  const start = field.value.trim() ? `${field.value.trimEnd()}\n` : "";
  field.value = start + ready.dataset.text;
  field.focus();
  const blank = /【[^】]+】/.exec(ready.dataset.text);
  const from = start.length + (blank ? blank.index : ready.dataset.text.length);
  field.setSelectionRange(from, from + (blank ? blank[0].length : 0));
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// More time: what is typed names the day on the button, as the server reckoned it for each clock (data-outcomes: term -> labels).
document.addEventListener("input", ({ target }) => {
  const amount = target.form?.querySelector("[data-outcomes]");
  if (!amount) return;
  const button = target.form.querySelector(".bar button[type=submit]");
  button.dataset.plain ??= button.textContent;
  const days = Object.entries(JSON.parse(amount.dataset.outcomes));
  const term = target.form.elements.term;
  const [, labels = []] = days.find(([name]) => !term || term.value === name) ?? [];
  button.textContent = labels[Number(amount.value) - 1] ?? button.dataset.plain;
});

// The server says with HX-Trigger: drawer-close that the step was taken.
document.addEventListener("drawer-close", () => drawer?.close());
