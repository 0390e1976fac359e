/** Measurements as people read them. Pure. */

/** A number with so many decimals at most, in the language's notation. */
export function number(value: number, decimals: number, language = "el"): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: decimals }).format(value);
}

/** Bytes as GB or TB (powers of ten, as disks are sold). */
export function bytes(count: number, language = "el"): string {
  return count >= 1e12 ? `${number(count / 1e12, 1, language)} TB` : `${number(count / 1e9, count < 1e10 ? 1 : 0, language)} GB`;
}

/** A level in dBFS as the length of a bar, 0 to 1: −60 and below is nothing, 0 is full. */
export function barOf(db: number | null | undefined): number {
  return db === null || db === undefined || !Number.isFinite(db) ? 0 : Math.min(1, Math.max(0, (db + 60) / 60));
}
