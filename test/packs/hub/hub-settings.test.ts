import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseHubName } from '../../../src/packs/hub/hub-name.ts';
import { hubSettings } from '../../../src/packs/hub/hub-settings.ts';

describe('settings of a hub', () => {
  it('are those of Hugging Face without any variable', () => {
    expect(hubSettings({})).toEqual({
      endpoint: 'https://huggingface.co',
      token: null,
      isOffline: false,
      cacheFolder: join(homedir(), '.cache', 'huggingface', 'hub'),
    });
  });

  it('find the cache as Hugging Face’s own tools do', () => {
    const all = { HF_HUB_CACHE: '/a', HF_HOME: '/b', XDG_CACHE_HOME: '/c' };
    expect(hubSettings(all).cacheFolder).toBe('/a');
    expect(hubSettings({ ...all, HF_HUB_CACHE: '' }).cacheFolder).toBe('/b/hub');
    expect(hubSettings({ XDG_CACHE_HOME: '/c' }).cacheFolder).toBe('/c/huggingface/hub');
  });

  it.each([
    ['1', true],
    ['ON', true],
    ['True', true],
    ['0', false],
    ['', false],
  ])('with HF_HUB_OFFLINE=%s are offline: %s', (text, isOffline) => {
    expect(hubSettings({ HF_HUB_OFFLINE: text }).isOffline).toBe(isOffline);
  });

  it('take a mirror below a path', () => {
    expect(hubSettings({ HF_ENDPOINT: 'https://mirror.example/hub/' }).endpoint).toBe(
      'https://mirror.example/hub',
    );
  });

  it.each([
    'http://mirror.example',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'ftp://mirror.example',
    'mirror',
    'https://user:secret@mirror.example',
  ])('refuse the endpoint %s', (endpoint) => {
    expect(() => hubSettings({ HF_ENDPOINT: endpoint })).toThrowError(
      expect.objectContaining({ code: 'INVALID_CONFIG' }),
    );
  });

  it('name no token that is refused', () => {
    expect(() => hubSettings({ HF_TOKEN: 'hf_se cret' })).toThrowError(/^HF_TOKEN has characters/);
  });
});

describe('a name', () => {
  it('has an owner, and main without a revision', () => {
    const revision = 'main';
    expect(parseHubName('jhu-clsp/ettin-decoder-17m')).toEqual({
      owner: 'jhu-clsp',
      name: 'ettin-decoder-17m',
      revision,
    });
    expect(parseHubName('a/b.c_1@refs/pr/1')).toEqual({
      owner: 'a',
      name: 'b.c_1',
      revision: 'refs/pr/1',
    });
  });

  it.each([
    'a',
    'a/',
    '/b',
    'a/b/c',
    './a',
    'a/..',
    'a/b@',
    'a/b@../c',
    'a/b@c//d',
    'a/b@c/',
    'a--b/c',
  ])('is none: %s', (text) => {
    expect(parseHubName(text)).toBeNull();
  });
});
