/**
 * What happened in a race, entrant by entrant, on one clock.
 *
 * Knows events and infills; knows no picture and no terminal.
 */
import type {
  FollowComparisonSubscription,
  InfillPartsFragment,
} from '../client/generated/graphql.ts';

/** An event of a race. */
export type RaceEvent = Extract<
  FollowComparisonSubscription['comparisonEvents'],
  { readonly __typename: 'ComparisonEvent' }
>;

/** What came to stand at a place, and when. */
export type Change = {
  /** Milliseconds from the first event of the race. */
  readonly at: number;
  /** Null: the place is open again. */
  readonly text: string | null;
  /** How much of the decision was the masked model's, in [0, 1]; null where it is not known. */
  readonly maskedShare: number | null;
};

/** Text of the finished fill; a place of a token with all that stood there, the last one included. */
export type Piece = { readonly text: string; readonly changes: readonly Change[] | null };

/** One entrant's course. */
export type Lane = {
  readonly label: string;
  /** Null until it has ended. */
  readonly infill: InfillPartsFragment | null;
  /** Milliseconds from the first event of the race; null: it did not begin, or has not ended. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** In reading order; empty unless it has completed. */
  readonly pieces: readonly Piece[];
};

/** Returns the lanes of entrants, in order. @param events - of all of them, in order. */
export function lanesOf(labels: readonly string[], events: readonly RaceEvent[]): readonly Lane[] {
  const start = Math.min(...events.map(({ event }) => timeOf(event.at)));
  return labels.map((label, index) => {
    const own = events.filter(({ entrant }) => entrant === index).map(({ event }) => event);
    const started = own.find(({ __typename }) => __typename === 'InfillStarted');
    const end = own.find((event) => 'infill' in event);
    const infill = end !== undefined && 'infill' in end ? end.infill : null;
    const changes = changesOf(own, start);
    return {
      label,
      infill,
      startedAt: started === undefined ? null : timeOf(started.at) - start,
      endedAt: end === undefined ? null : timeOf(end.at) - start,
      pieces: infill === null ? [] : piecesOf(infill, changes),
    };
  });
}

/** By slot and index of a token. */
type ChangesByPlace = ReadonlyMap<string, readonly Change[]>;

function changesOf(events: readonly RaceEvent['event'][], start: number): ChangesByPlace {
  const places = new Places();
  for (const event of events) {
    const at = timeOf(event.at) - start;
    if ('reopened' in event) for (const position of event.reopened) places.reopen(position, at);
    if ('tokens' in event) for (const token of event.tokens) places.commit(token, at);
  }
  return places.changes;
}

type Token = Extract<RaceEvent['event'], { readonly tokens: unknown }>['tokens'][number];

/** What happened where. */
class Places {
  readonly changes = new Map<string, Change[]>();
  /** By position; it is known once the length of its slot is. */
  readonly #placeAt = new Map<number, string>();

  reopen(position: number, at: number): void {
    const place = this.#placeAt.get(position);
    if (place !== undefined) this.#add(place, { at, text: null, maskedShare: null });
  }

  commit({ slot, index, position, text, maskedShare }: Token, at: number): void {
    const place = `${slot} ${index}`;
    if (position !== null) this.#placeAt.set(position, place);
    this.#add(place, { at, text, maskedShare });
  }

  #add(place: string, change: Change): void {
    const before = this.changes.get(place);
    if (before === undefined) this.changes.set(place, [change]);
    else before.push(change);
  }
}

function piecesOf(
  { segments, slots }: Pick<InfillPartsFragment, 'segments' | 'slots'>,
  changes: ChangesByPlace,
): readonly Piece[] {
  return segments.flatMap(({ text, slot }): readonly Piece[] => {
    const tokens = slots.find(({ index }) => index === slot)?.tokens ?? [];
    if (slot === null || tokens.length === 0) return [{ text, changes: null }];
    const placed = tokens.map(({ index, text: own }) => ({
      text: own,
      changes: changes.get(`${slot} ${index}`) ?? [],
    }));
    return matching(placed, text) ?? [whole(placed, text)];
  });
}

/** The tokens as pieces of the slot's text, which leaves out a space that is its first token's; null where they are not its parts. */
function matching(tokens: readonly Piece[], text: string): readonly Piece[] | null {
  const joined = tokens.map((token) => token.text).join('');
  if (joined === text) return tokens;
  const [first, ...others] = tokens;
  if (first === undefined || joined !== ` ${text}`) return null;
  return [{ ...first, text: first.text.slice(1) }, ...others];
}

/** A character may be made of several tokens: then the slot is one piece, there when its last token is. */
function whole(tokens: readonly Piece[], text: string): Piece {
  const last = tokens
    .flatMap(({ changes }) => changes?.at(-1) ?? [])
    .reduce(
      (latest: Change | null, change) =>
        latest === null || change.at >= latest.at ? change : latest,
      null,
    );
  return { text, changes: last === null ? [] : [{ ...last, text }] };
}

function timeOf(at: string): number {
  return Date.parse(at);
}
