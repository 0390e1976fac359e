/** Small pieces that several elements make the document of. */

/** Attributes and properties for {@link make}; `class` and `aria-*` are attributes, functions listen. */
type Given = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;

/** Makes an element. A function listens to the event of that name; `true` sets an empty attribute; text is text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  given: Given = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** Sets text only where it differs, so that a screen reader is told of changes and of nothing else. */
export function setText(element: Element | null | undefined, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}

/** Sets or takes away an attribute. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** The zone that the page tells times in: the municipality's. */
export function pageZone(): string | undefined {
  return document.body.dataset["timeZone"] || undefined;
}

/** Defines a custom element once. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
