/**
 * The server's log: JSON lines of ids, sizes and times.
 */
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

/** Where the server logs to. */
export type Logger = PinoLogger;

/** Makes a logger; to standard output unless a destination is given. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return destination === undefined ? pino(options) : pino(options, destination);
}
