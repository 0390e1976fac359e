/**
 * `<details class="confirm">`: a destructive act behind a second press. It works by itself; here it learns to fold
 * up again by Escape, or when the focus goes elsewhere, so that no such button stays open by accident.
 */
export function foldConfirms(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = (event.target as Element).closest<HTMLDetailsElement>("details.confirm[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
  document.addEventListener("focusin", (event) => {
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details.confirm[open]")) {
      if (!open.contains(event.target as Node)) open.open = false;
    }
  });
}
