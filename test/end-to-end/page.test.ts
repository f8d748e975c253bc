/**
 * The GraphQL page in a real browser: the first example streams from the bundled models, and nothing comes from elsewhere.
 *
 * Needs Chromium at CHROMIUM or in its usual place; without one there is nothing to open the page with.
 */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDataDir, type ServerProcess, startServerProcess } from '../support/server-process.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const patience = { timeout: 50_000, interval: 250 };

describe.runIf(existsSync(executablePath))('the page in a browser', () => {
  let folder: ReturnType<typeof makeDataDir>;
  let server: ServerProcess;
  let browser: Browser;
  beforeAll(async () => {
    folder = makeDataDir();
    server = await startServerProcess(folder.path);
    browser = await chromium.launch({ executablePath, args: flags });
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    folder.remove();
  });

  it('runs the first example to its end, from this server alone', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (/^https?:/.test(request.url()) && !request.url().startsWith(server.url)) {
        complaints.push(`The page asked for ${request.url()}.`);
      }
    });
    await page.goto(server.url);
    await page.click('.graphiql-execute-button');
    // The pane wraps long lines with spaces of its own.
    const filled = /Once\s+upon\s+a\s+time\s+there\s+was\s+a\s+\S+.*\s+lived\s+in\s+the\s+\S+\./s;
    await page.locator('.result-window', { hasText: filled }).waitFor();
    expect(complaints).toEqual([]);
  }, 60_000);

  it('opens a tab that is clicked, and runs it', async () => {
    const page = await browser.newPage();
    await page.goto(server.url);
    const tab = page.locator('.graphiql-tab-button', { hasText: 'Plan' });
    // A click that comes before the page has taken its tabs over does nothing.
    await vi.waitFor(async () => {
      await tab.click();
      const active = page.locator('.graphiql-tab-active', { hasText: 'Plan' });
      expect(await active.count()).toBe(1);
    }, patience);
    await page.locator('.graphiql-query-editor', { hasText: 'planInfill' }).waitFor();
    await vi.waitFor(async () => {
      await page.click('.graphiql-execute-button');
      const result = page.locator('.result-window', { hasText: 'promptTokens' });
      await result.waitFor({ timeout: 5000 });
    }, patience);
  }, 60_000);
});
