/**
 * Lists of texts for slots as flags write them: `2=red,green`.
 *
 * Knows the notation and how many slots there are; knows no token.
 */
import type { FlagProblems } from './flag-problems.ts';

/** Texts by index of slot, from 0. */
export type SlotLists = ReadonlyMap<number, readonly string[]>;

/**
 * Reads every value of one flag. Slots are numbered from 1, `all` is each of them; several lists for one slot are one.
 *
 * @param flag - for problems: `--choices`.
 * @param slotCount - of the template.
 */
export function slotListsOf(
  flag: string,
  values: readonly string[],
  { slotCount, problems }: { readonly slotCount: number; readonly problems: FlagProblems },
): SlotLists {
  const lists = new Map<number, string[]>();
  for (const value of values) {
    const [, place, list] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
    if (place === undefined || list === undefined) {
      problems.add(flag, `"${value}" is not of the form slot=text,text.`);
      continue;
    }
    const slots = slotsAt(place, slotCount);
    if (slots === null) {
      problems.add(flag, `"${value}" names the slot "${place}"; ${slotNames(slotCount)}.`);
      continue;
    }
    for (const slot of slots) lists.set(slot, [...(lists.get(slot) ?? []), ...textsOf(list)]);
  }
  return lists;
}

/** Indices; null when there is no such slot. */
function slotsAt(place: string, slotCount: number): readonly number[] | null {
  if (place === 'all') return Array.from({ length: slotCount }, (_, slot) => slot);
  const number = /^\d{1,9}$/.test(place) ? Number(place) : 0;
  return number >= 1 && number <= slotCount ? [number - 1] : null;
}

function slotNames(slotCount: number): string {
  if (slotCount === 0) return 'the template has no slots';
  return slotCount === 1
    ? 'the only slot is 1'
    : `slots are numbered from 1 to ${slotCount}, and all is each of them`;
}

/** Separated by commas; `\,` is a comma and `\\` a backslash. */
function textsOf(list: string): string[] {
  return [...`${list},`.matchAll(/((?:\\[\\,]|[^,])*),/g)].map(([, text = '']) =>
    text.replace(/\\([\\,])/g, '$1'),
  );
}
