/**
 * What happens to runs, as figures.
 *
 * Names and meanings: OpenTelemetry's conventions for generative AI where they have one, else vLLM's under this
 * project's prefix. Knows notices; their labels are names of served packs and decoders, so they are few.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { RunNotice } from '../service/run-notice.ts';

/** Seconds. OpenTelemetry's, with smaller ones below: a small model takes a millisecond for a token. */
const firstTokenBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
const tokenBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1,
  2.5,
];
const durationBuckets = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
const queueBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];

type Ended = Extract<RunNotice, { type: 'ended' }>;
type OfRun = Pick<Ended, 'packId' | 'decoderName'>;

/** Registers the metrics of runs; returns what feeds them. */
export function createRunMetrics(registry: Registry): (notice: RunNotice) => void {
  const metrics = runMetrics(registry);
  /** Ids; who ends without having started was waiting. */
  const running = new Set<string>();
  return (notice) => {
    if (notice.type === 'rejected') {
      metrics.rejected.inc({ code: notice.code });
      return;
    }
    const labels = labelsOf(notice);
    switch (notice.type) {
      case 'admitted':
        metrics.waiting.inc(labels);
        break;
      case 'started':
        running.add(notice.runId);
        metrics.waiting.dec(labels);
        metrics.running.inc(labels);
        metrics.queueTime.observe(labels, notice.queueMs / 1000);
        break;
      case 'committed':
        if (!notice.isFirst) metrics.interToken.observe(labels, notice.sinceMs / 1000);
        break;
      case 'ended':
        (running.delete(notice.runId) ? metrics.running : metrics.waiting).dec(labels);
        countEnd(metrics, notice);
        break;
      default:
        notice satisfies never;
    }
  };
}

function countEnd(metrics: RunMetrics, notice: Ended): void {
  const { status, cancelReason, usage, timing } = notice;
  const labels = labelsOf(notice);
  metrics.ended.inc({ ...labels, status, cancel_reason: cancelReason ?? '' });
  if (usage !== null) {
    metrics.promptTokens.inc(labels, usage.knownTokens);
    metrics.generationTokens.inc(labels, usage.committedTokens);
    metrics.passes.inc({ ...labels, model: 'causal' }, usage.causalPasses);
    metrics.passes.inc({ ...labels, model: 'masked' }, usage.maskedPasses);
  }
  if (timing === null) return;
  const { firstTokenMs, totalMs } = timing;
  const attributes = attributesOf(notice);
  const error_type = status === 'COMPLETED' ? '' : status;
  metrics.duration.observe({ ...attributes, error_type }, totalMs / 1000);
  // Of successful runs only, as the conventions have it.
  if (status !== 'COMPLETED' || firstTokenMs === null) return;
  metrics.firstToken.observe(attributes, firstTokenMs / 1000);
  const later = (usage?.committedTokens ?? 0) - 1;
  if (later > 0) {
    metrics.perToken.observe(attributes, (totalMs - firstTokenMs) / 1000 / later);
  }
}

function labelsOf({ packId, decoderName }: OfRun) {
  return { pack: packId, decoder: decoderName };
}

/** The attributes that OpenTelemetry requires, and the decoder. */
function attributesOf({ packId, decoderName }: OfRun) {
  return {
    gen_ai_operation_name: 'text_completion',
    gen_ai_provider_name: 'lacuna',
    gen_ai_request_model: packId,
    decoder: decoderName,
  };
}

type RunMetrics = ReturnType<typeof runMetrics>;

const labelNames = ['pack', 'decoder'] as const;
const attributeNames = [
  'gen_ai_operation_name',
  'gen_ai_provider_name',
  'gen_ai_request_model',
  'decoder',
] as const;

function runMetrics(registry: Registry) {
  return { ...loadMetrics(registry), ...endMetrics(registry), ...conventionalMetrics(registry) };
}

/** How busy the server is. */
function loadMetrics(registry: Registry) {
  const registers = [registry];
  return {
    waiting: new Gauge({
      name: 'lacuna_num_requests_waiting',
      help: 'Runs that wait for their turn.',
      labelNames,
      registers,
    }),
    running: new Gauge({
      name: 'lacuna_num_requests_running',
      help: 'Runs that are decoded now.',
      labelNames,
      registers,
    }),
    queueTime: new Histogram({
      name: 'lacuna_request_queue_time_seconds',
      help: 'Time from submission to the start of decoding, in seconds.',
      labelNames,
      buckets: queueBuckets,
      registers,
    }),
    interToken: new Histogram({
      name: 'lacuna_inter_token_latency_seconds',
      help: 'Time between two commits of a run, in seconds. A commit may have several tokens.',
      labelNames,
      buckets: tokenBuckets,
      registers,
    }),
  };
}

/** How inputs and runs ended, and what they used. */
function endMetrics(registry: Registry) {
  const registers = [registry];
  return {
    rejected: new Counter({
      name: 'lacuna_requests_rejected_total',
      help: 'Inputs that were turned away, by error code.',
      labelNames: ['code'] as const,
      registers,
    }),
    ended: new Counter({
      name: 'lacuna_requests_ended_total',
      help: 'Runs that ended, by status; of cancelled ones, by reason.',
      labelNames: [...labelNames, 'status', 'cancel_reason'] as const,
      registers,
    }),
    promptTokens: new Counter({
      name: 'lacuna_prompt_tokens_total',
      help: 'Known tokens of the runs that ended.',
      labelNames,
      registers,
    }),
    generationTokens: new Counter({
      name: 'lacuna_generation_tokens_total',
      help: 'Committed tokens of the runs that ended.',
      labelNames,
      registers,
    }),
    passes: new Counter({
      name: 'lacuna_model_passes_total',
      help: 'Model passes of the runs that ended, by kind of model.',
      labelNames: [...labelNames, 'model'] as const,
      registers,
    }),
  };
}

/** Those that OpenTelemetry has names for. Source: semantic conventions, "Generative AI model server metrics". */
function conventionalMetrics(registry: Registry) {
  const registers = [registry];
  return {
    duration: new Histogram({
      name: 'gen_ai_server_request_duration_seconds',
      help: 'Time from submission to the end of a run, in seconds.',
      labelNames: [...attributeNames, 'error_type'] as const,
      buckets: durationBuckets,
      registers,
    }),
    firstToken: new Histogram({
      name: 'gen_ai_server_time_to_first_token_seconds',
      help: 'Time from submission to the first committed token of a completed run, in seconds.',
      labelNames: attributeNames,
      buckets: firstTokenBuckets,
      registers,
    }),
    perToken: new Histogram({
      name: 'gen_ai_server_time_per_output_token_seconds',
      help: 'Mean time per token after the first of a completed run, in seconds.',
      labelNames: attributeNames,
      buckets: tokenBuckets,
      registers,
    }),
  };
}
