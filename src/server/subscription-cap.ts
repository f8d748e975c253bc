/**
 * Bounds how many subscriptions are open, in all and per connection, whatever the transport.
 */
import { GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Config } from '../config.ts';
import type { OperationContext } from './operation-context.ts';

/** The bounds. */
export type SubscriptionLimits = Pick<Config, 'maxSubscriptions' | 'maxSubscriptionsPerConnection'>;

/**
 * Refuses subscriptions above the limits; a place is free again when its stream ends or its client is gone.
 *
 * @param onCount - told how many are open whenever that changes.
 */
export function useSubscriptionCap(
  limits: SubscriptionLimits,
  onCount: (count: number) => void,
): Plugin<OperationContext> {
  const open = new Map<object, number>();
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const { connection, signal } = args.contextValue;
      const refusal = refusalOf(open, connection, limits);
      if (refusal !== null) {
        setResultAndStopExecution({ errors: [refusal] });
        return;
      }
      open.set(connection, (open.get(connection) ?? 0) + 1);
      onCount(totalOf(open));
      const release = once(() => {
        const rest = (open.get(connection) ?? 1) - 1;
        if (rest === 0) open.delete(connection);
        else open.set(connection, rest);
        onCount(totalOf(open));
        signal.removeEventListener('abort', release);
      });
      // An abort that has happened is told to nobody, and no transport may read the stream then.
      if (signal.aborted) release();
      else signal.addEventListener('abort', release, { once: true });
      return {
        onSubscribeResult({ result }) {
          if (isAsyncIterable(result)) return { onEnd: release };
          release();
          return;
        },
      };
    },
  };
}

function refusalOf(
  open: ReadonlyMap<object, number>,
  connection: object,
  { maxSubscriptions, maxSubscriptionsPerConnection }: SubscriptionLimits,
): GraphQLError | null {
  if ((open.get(connection) ?? 0) >= maxSubscriptionsPerConnection) {
    return tooMany(
      'This connection',
      maxSubscriptionsPerConnection,
      'MAX_SUBSCRIPTIONS_PER_CONNECTION',
    );
  }
  return totalOf(open) >= maxSubscriptions
    ? tooMany('The server', maxSubscriptions, 'MAX_SUBSCRIPTIONS')
    : null;
}

function totalOf(open: ReadonlyMap<object, number>): number {
  return [...open.values()].reduce((sum, count) => sum + count, 0);
}

function tooMany(who: string, limit: number, setting: string): GraphQLError {
  return new GraphQLError(
    `${who} has as many open subscriptions as it may: ${limit} (${setting}).`,
    {
      extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', http: { status: 429 } },
    },
  );
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    action();
  };
}
