/* The console's search by keyboard: Ctrl+K or ⌘K goes to it, Enter without a chosen line searches everywhere. */

function box() {
  const aside = document.getElementById("nav-filter");
  const page = document.getElementById("find-all");
  return page ?? (aside?.offsetParent ? aside : null);
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    const found = box();
    if (!found) return;
    event.preventDefault();
    found.focus();
    found.select();
  }
  if (event.key === "Enter" && event.target.id === "nav-filter" && event.target.value.trim()) {
    const chosen = window.Alpine?.$data(event.target)?.currentIndex ?? 0;
    if (chosen === 0) location.assign(`/admin/find/?q=${encodeURIComponent(event.target.value.trim())}`);
  }
});
