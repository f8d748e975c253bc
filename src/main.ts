/**
 * `npm start`: serves until it is told to stop.
 *
 * Knows the order of start and stop; knows no request.
 */
import { serve } from './serve.ts';

await serve(process.env);
