// The judge's desk: keys for what its buttons do. Without it every button works as it stands.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const help = document.querySelector("[data-keys-help]");
  const choice = document.querySelector("[data-keys-switch]");
  // A browser may forbid to remember; then keys are on.
  const kept = { get() { try { return localStorage.getItem("desk-keys"); } catch { return null; } },
    set(value) { try { localStorage.setItem("desk-keys", value); } catch { /* not kept */ } } };
  let on = kept.get() !== "off";
  let sent = false;

  const show = () => { root.dataset.keys = on ? "on" : "off"; };
  show();
  if (choice) {
    const box = choice.querySelector("input");
    choice.hidden = false;
    box.checked = on;
    box.addEventListener("change", () => { on = box.checked; kept.set(on ? "on" : "off"); show(); });
  }

  // One press decides once: nothing more is sent until the next page is there.
  addEventListener("submit", () => { sent = true; });
  addEventListener("pageshow", () => { sent = false; });

  // What is typed is a reason of its own, unless one was chosen to go with it.
  all("form textarea[name=reason]").forEach((text) => text.addEventListener("input", () => {
    const own = text.form.querySelector("input[type=radio][value=own]");
    const chosen = text.form.querySelector("input[type=radio]:checked");
    if (own && !chosen) own.checked = true;
  }));

  const pickAll = document.querySelector("[data-pick-all]");
  if (pickAll) {
    pickAll.hidden = false;
    pickAll.querySelector("input").addEventListener("change", (event) => {
      all("input[name^=pick-]").forEach((box) => { box.checked = event.target.checked; });
    });
  }

  const typing = (at) => at instanceof HTMLElement && (at.isContentEditable || at.matches("textarea, select") ||
    (at.matches("input") && !["radio", "checkbox", "submit", "button"].includes(at.type)));

  // Along the rows of a list.
  const along = (step) => {
    const rows = all("[data-row]");
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
    if (next) next.focus();
    return rows.length > 0;
  };
  const reasons = () => all("[data-reasons=reject] input[type=radio]");

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "?" && help && on) {
      help.open = !help.open;
      help.querySelector("summary").focus();
      event.preventDefault();
      return;
    }
    if (!on || sent) return;
    if ((event.key === "j" || event.key === "k") && along(event.key === "j" ? 1 : -1)) {
      event.preventDefault();
      return;
    }
    if (/^[1-9]$/.test(event.key)) {
      const reason = reasons().filter((radio) => radio.value !== "own")[event.key - 1];
      if (reason) { reason.checked = true; reason.focus(); event.preventDefault(); }
      return;
    }
    const button = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key=${event.key}]`);
    if (!button) return;
    event.preventDefault();
    const form = button.form;
    if (event.key === "r" && form && !form.querySelector("input[type=radio]:checked")) {
      const first = reasons()[0];
      if (first) first.focus();
      return;
    }
    button.click();
  });
})();
