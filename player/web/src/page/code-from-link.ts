/**
 * `<code-from-link data-for="token">`: a form for a code that came as the part of a link after the `#`, which browsers
 * tell no server. It fills the field in, and takes the code out of the address bar and the history.
 */
import { define } from "../document";

class CodeFromLink extends HTMLElement {
  connectedCallback(): void {
    const code = decodeURIComponent(location.hash.slice(1));
    const field = this.querySelector<HTMLInputElement>(`#${this.dataset["for"] ?? ""}`);
    // A link within the page leads to one of its ids.
    if (!field || !code || document.getElementById(code)) return;
    field.value = code;
    history.replaceState(null, "", location.pathname);
    this.querySelector<HTMLButtonElement>("button[type=submit]")?.focus();
  }
}

define("code-from-link", CodeFromLink);
