/* Alt and a letter for call control, also while typing; ⌘K finds a customer; ? shows this list. */

const CLICKS = { KeyA: "do-answer", KeyH: "do-hold", KeyT: "do-transfer", KeyE: "do-hang-up", KeyX: "do-extend", KeyW: "do-finish", KeyK: "do-ticket", KeyP: "do-keypad", KeyL: "do-park", KeyC: "do-mask", KeyB: "do-back", KeyJ: "do-join-all", KeyG: "do-hand-over", KeyU: "phone-mute", KeyI: "do-help" };

export function listenToKeys({ order, wrapUp, chat, snippets, tasks }) {
  const actions = {
    KeyD: () => wrapUp.focusDisposition(),
    KeyM: () => wrapUp.focusNote(),
    KeyO: () => chat.focus(),
    KeyQ: () => snippets.focus(),
    KeyF: () => tasks.plan(),
    KeyR: () => order("set_ready"),
    KeyS: () => {
      const menu = document.getElementById("status-menu");
      menu.open = !menu.open;
      menu.querySelector(menu.open ? "button" : "summary").focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey) press(event, actions);
    else if ((event.metaKey || event.ctrlKey) && event.code === "KeyK") search(event);
    else if (event.key === "?" && !isTyping(event.target)) document.getElementById("keys-dialog").showModal();
  });
}

/** By key code: with Alt held a Mac types other characters. */
function press(event, actions) {
  const button = document.getElementById(CLICKS[event.code] ?? "");
  if (!button && !actions[event.code]) return;
  event.preventDefault();
  if (actions[event.code]) actions[event.code]();
  else if (!button.disabled && button.offsetParent !== null) button.click();
}

function search(event) {
  event.preventDefault();
  const dialog = document.getElementById("search-dialog");
  if (!dialog.open) dialog.showModal();
  document.getElementById("search").select();
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}
