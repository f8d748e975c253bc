/**
 * Bytes as people read them, of any size.
 */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Three digits and a unit: `1.50 GiB`. */
export function bytesText(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
