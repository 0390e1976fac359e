/** Measurements as people read them, in the server's notation, so that nothing jumps when a page comes alive. Pure. */

/** A number with so many decimals: a comma in Greek, a point in English, a true minus. */
export function number(value: number, decimals: number, language = "el"): string {
  const text = value.toFixed(decimals).replace("-", "−");
  return language === "el" ? text.replace(".", ",") : text;
}

/** Bytes in units of a thousand, as disks are sold. */
export function bytes(count: number, language = "el"): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit + 1 < units.length) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, unit > 0 && value < 100 ? 1 : 0, language)} ${units[unit]}`;
}

/** A level in dBFS as the length of a bar, 0 to 1: −60 and below is nothing, 0 is full. */
export function barOf(db: number | null | undefined): number {
  return db === null || db === undefined || !Number.isFinite(db) ? 0 : Math.min(1, Math.max(0, (db + 60) / 60));
}
