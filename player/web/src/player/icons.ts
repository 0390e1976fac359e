/** The drawings of the buttons: 24 × 24, one path each, in the colour of the text. */
const PATHS = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zm8 0h4v14h-4z",
  back: "M11 7V3L5.5 8.5 11 14v-4a5 5 0 1 1-5 5H4a7 7 0 1 0 7-8z",
  forward: "M13 7V3l5.5 5.5L13 14v-4a5 5 0 1 0 5 5h2a7 7 0 1 1-7-8z",
  sound: "M4 9v6h4l5 5V4L8 9zm12.5 3A4.5 4.5 0 0 0 15 8.5v7a4.5 4.5 0 0 0 1.5-3.5zM15 4.2v2.1a6 6 0 0 1 0 11.4v2.1a8 8 0 0 0 0-15.6z",
  muted: "M4 9v6h4l5 5V4L8 9zm17.5.9-1.4-1.4-2.1 2.1-2.1-2.1-1.4 1.4 2.1 2.1-2.1 2.1 1.4 1.4 2.1-2.1 2.1 2.1 1.4-1.4-2.1-2.1z",
  captions: "M4 5h16v14H4zm2 2v10h12V7zm2 3h3.5v1.5h-2v1h2V14H8zm5 0h3.5v1.5h-2v1h2V14H13z",
  settings:
    "M10 3h4l.5 2.4 1.9.8 2.1-1.3 2.6 2.6-1.3 2.1.8 1.9 2.4.5v4l-2.4.5-.8 1.9 1.3 2.1-2.6 2.6-2.1-1.3-1.9.8L14 25h-4l-.5-2.4-1.9-.8-2.1 1.3-2.6-2.6 1.3-2.1-.8-1.9L1 16v-4l2.4-.5.8-1.9-1.3-2.1 2.6-2.6 2.1 1.3 1.9-.8zm2 7.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  share: "M14 4v4C7 9 4 14 3 19c2.5-3.5 6-5.1 11-5.1V18l7-7z",
  pip: "M3 4h18v16H3zm2 2v12h14V6zm6 5h7v6h-7z",
  fullscreen: "M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z",
  shrink: "M8 4h2v6H4V8h4zm6 0h2v4h4v2h-6zM4 14h6v6H8v-4H4zm10 0h6v2h-4v4h-2z",
  listen: "M12 3a9 9 0 0 0-9 9v7a2 2 0 0 0 2 2h4v-8H5v-1a7 7 0 0 1 14 0v1h-4v8h4a2 2 0 0 0 2-2v-7a9 9 0 0 0-9-9z",
} as const;

export type Icon = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

/** A drawing; it says nothing, its button does. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", name === "settings" ? "0 2 24 24" : "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}
