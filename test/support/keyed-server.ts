/**
 * A server with API keys over a real service and store; its runs end as soon as they are admitted.
 */
import { buildSchema } from '../../schema/build-schema.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/server/logger.ts';
import { createMetrics } from '../../src/server/metrics.ts';
import { type RunningServer, startServer } from '../../src/server/start-server.ts';
import type { NewApiKey } from '../../src/service/identity.ts';
import { InfillService } from '../../src/service/infill-service.ts';
import { KeyIdentity } from '../../src/service/key-identity.ts';
import { KeyLedger } from '../../src/service/key-ledger.ts';
import { newSecret } from '../../src/store/secret.ts';
import { setUp } from '../service/support/set-up.ts';
import { ScriptedDispatcher, scriptedOutcome } from './scripted-dispatcher.ts';
import { openTestStore } from './test-store.ts';

/** Origins that the server lets in. */
export const page = 'https://pages.example';
export const otherPage = 'https://other.example';

/** A running server and its parts. */
export type KeyedServer = RunningServer & {
  readonly identity: KeyIdentity;
  readonly dispatcher: EndingDispatcher;
  readonly machineSecret: string;
  /** Of credentials and rates; tests move it. */
  readonly clock: { now: number };
  /** Makes a key, and returns its secret. */
  newKey(given?: Partial<NewApiKey>): Promise<string>;
  /** Mints a token for `page` with the key of a secret, and returns it. */
  newToken(secret: string, given?: { costBudget?: number; ttlSeconds?: number }): Promise<string>;
};

/** A dispatcher whose runs end at once, unless they are held. */
export class EndingDispatcher extends ScriptedDispatcher {
  isHeld = false;

  override admit(packId: string, runId: string) {
    const admitted = super.admit(packId, runId);
    if (!this.isHeld) {
      this.tell(runId, { type: 'started' }, { type: 'completed', outcome: scriptedOutcome });
    }
    return admitted;
  }
}

/** Starts one; the caller closes it. */
export async function startKeyedServer(): Promise<KeyedServer> {
  const store = await openTestStore();
  const { database } = store;
  const clock = { now: Date.now() };
  const now = () => clock.now;
  const config = readConfig({ PORT: '0', ALLOWED_ORIGINS: `${page},${otherPage}` });
  const machineSecret = newSecret('lm');
  const isAllowedOrigin = (origin: string) => config.allowedOrigins.includes(origin);
  const identity = new KeyIdentity({ database, now, machineSecret, isAllowedOrigin });
  const ledger = new KeyLedger({ database, now });
  const dispatcher = new EndingDispatcher();
  const service = new InfillService({ ...setUp(store).options, dispatcher, identity, ledger });
  const server = await startServer({
    config,
    service,
    identity,
    receipts: ledger,
    metrics: createMetrics(),
    schema: buildSchema(service),
    logger: createLogger('silent'),
  });
  let keyCount = 0;
  const newKey = async (given: Partial<NewApiKey> = {}) => {
    keyCount += 1;
    const { secret } = await identity.createKey({
      name: `key-${keyCount}`,
      owner: 'ada',
      scopes: ['INFILL'],
      costPerMinute: null,
      expiresAt: null,
      ...given,
    });
    return secret;
  };
  return {
    ...server,
    identity,
    dispatcher,
    machineSecret,
    clock,
    newKey,
    async newToken(secret, given = {}) {
      const viewer = await identity.authenticate({ secret, origin: null, isFromThisMachine: true });
      const input = { ttlSeconds: 60, costBudget: 100, origins: [page], ...given };
      return (await identity.mintClientToken(input, viewer)).token;
    },
    async close() {
      await server.close();
      await service.settled();
      await store.close();
    },
  };
}
