/**
 * Whether the service can take work: every pack is ready, the store answers and has room.
 */
import { InfillError } from '../errors.ts';
import { localViewer, type PackState, type Service } from '../service/service.ts';

/** The body of `/health/ready`. */
export type Readiness = {
  readonly status: 'ready' | 'not-ready';
  readonly store: 'answers' | 'silent';
  /** Why no run is taken in, where none could be kept; else null. */
  readonly storage: { readonly code: string; readonly message: string } | null;
  readonly packs: readonly { readonly id: string; readonly state: PackState }[];
};

/** No run has this id; looking for it asks the store without reading anything. */
const absentRunId = '00000000-0000-0000-0000-000000000000';

/** A store that takes longer is as good as none. */
const storeTimeoutMs = 2000;

/** Asks packs and store now. */
export async function readiness(service: Service): Promise<Readiness> {
  const packs = service.packs().map(({ id }) => ({ id, state: service.packState(id) }));
  const store = await storeState(service);
  const storage = await storageFailure(service);
  const isReady =
    store === 'answers' && storage === null && packs.every(({ state }) => state === 'READY');
  return { status: isReady ? 'ready' : 'not-ready', store, storage, packs };
}

async function storageFailure(service: Service): Promise<Readiness['storage']> {
  const failure = await Promise.resolve()
    .then(() => service.checkStorage())
    .then(
      () => null,
      (error: unknown) => error,
    );
  if (failure === null) return null;
  if (failure instanceof InfillError) return { code: failure.code, message: failure.message };
  throw failure;
}

async function storeState(service: Service): Promise<Readiness['store']> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), storeTimeoutMs);
  });
  const answer = service.findInfills([absentRunId], localViewer).then(
    () => 'answers' as const,
    () => 'silent' as const,
  );
  const state = await Promise.race([answer, silence]);
  clearTimeout(timer);
  return state;
}
