/**
 * The GraphQL page with operations to try, served from the package: it must work without a network.
 */
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiQLOptions } from 'graphql-yoga';
import { exampleOperations } from './example-operations.ts';

/** What the page shows first. */
export const graphiqlOptions: GraphiQLOptions = {
  title: 'Lacuna',
  defaultTabs: exampleOperations.map((query) => ({ query })),
  // The page would send subscriptions over GET, which is refused.
  method: 'POST',
};

/** Headers that keep the page to itself: no other site may frame it, and it loads nothing from elsewhere. */
export const pageHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    'font-src data:',
    "connect-src 'self'",
    'worker-src blob:',
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** Renders the page, nine megabytes of it, at the first request and keeps it. */
export function createGraphiqlPage(): (options: GraphiQLOptions) => string {
  let page: string | null = null;
  return (options) => {
    page ??= renderGraphiQL(options);
    return page;
  };
}
