/**
 * The GraphQL page with operations to try, served from the package: it must work without a network.
 */
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

/**
 * Tabs that the page opens with keep the offset of an animation that never ran, and take it up when they have the focus:
 * pressed, they jump away from under the pointer, and the click goes nowhere.
 */
const tabStyle = '<style>.graphiql-tab { transform: none !important; }</style>';

/** Renders the page at the first request and keeps it. Its module, nine megabytes, is not loaded before that. */
export function createGraphiqlPage(): (options: GraphiQLOptions) => Promise<string> {
  let page: string | null = null;
  return async (options) => {
    page ??= await render(options);
    return page;
  };
}

async function render(options: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options).replace('<head>', `<head>${tabStyle}`);
}
