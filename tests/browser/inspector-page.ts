/** The inspector in a browser, as its tests drive it and read it. Owns nothing: the caller closes page and browser. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const PAGE_FILE = join(PROJECT, 'dist/inspector/inspector.html');
const PICTURES = join(PROJECT, 'docs/inspector');

export class InspectorPage {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, and whatever the page's policy forbade. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  /** @param url of the page; absent: the built file itself, without a server */
  static async open(
    browser: Browser,
    url: string = pathToFileURL(PAGE_FILE).href,
    options: BrowserContextOptions = {},
  ): Promise<InspectorPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const opened = new InspectorPage(await context.newPage());
    await opened.page.goto(url);
    return opened;
  }

  /** The page of a running service, logged in as an admin. */
  static async openLive(
    browser: Browser,
    { ready }: Pick<TestService, 'ready'>,
    options: BrowserContextOptions = {},
  ): Promise<InspectorPage> {
    const opened = await InspectorPage.open(browser, `${ready?.http}/inspect`, options);
    await opened.logIn(ready?.api_key ?? '');
    return opened;
  }

  async logIn(key: string): Promise<void> {
    await this.page.fill('#key', key);
    await this.page.click('button[type=submit]');
    await this.untilConnection('live');
  }

  untilConnection(word: string): Promise<unknown> {
    return this.page.waitForSelector(`[data-connection="${word}"]`, { state: 'attached', timeout: 20_000 });
  }

  choose(actor: string): Promise<void> {
    return this.page.click(`[data-actor="${actor}"]`);
  }

  /** Drops a file on the page, as a hand would. */
  async drop(name: string, text: string): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
        return transfer;
      })()`,
    );
    await this.page.dispatchEvent('.app', 'dragenter', { dataTransfer: transfer });
    await this.page.dispatchEvent('.app', 'drop', { dataTransfer: transfer });
  }

  /** Ids of the states that are lit on the sheet that is shown. */
  lit(): Promise<string[]> {
    return this.page
      .locator('[data-lit="active"]')
      .evaluateAll((groups) => groups.map((group) => group.getAttribute('data-state') ?? '').sort());
  }

  /** Ids of the arrows that are marked. */
  taken(): Promise<string[]> {
    return this.page
      .locator('[data-edge][data-taken] > rect')
      .evaluateAll((labels) => labels.map((label) => label.parentElement?.getAttribute('data-edge') ?? ''));
  }

  /** The tree as it reads, a line for each actor. */
  async tree(): Promise<string[]> {
    const [names, states] = await Promise.all(
      ['.name', '.state'].map((part) => this.page.locator(`[role=treeitem] ${part}`).allTextContents()),
    );
    return names!.map((name, row) => `${name} ${states![row]}`);
  }

  /** This state, or one inside it. */
  untilLit(state: string): Promise<unknown> {
    const fits = (id: string) => id === state || id.startsWith(`${state}.`);
    return until(async () => (await this.lit()).some(fits), {
      timeoutMs: 15_000,
      what: `${state} is lit`,
      intervalMs: 30,
    });
  }

  /** How many steps the picture has behind it. */
  async count(): Promise<number> {
    return Number(await this.page.getAttribute('[role=slider]', 'aria-valuenow'));
  }

  /** Moves the slider by keys until the picture has so many steps behind it. */
  async goTo(count: number): Promise<void> {
    await this.page.focus('[role=slider]');
    for (let at = await this.count(); at !== count; at = await this.count()) {
      const far = Math.abs(count - at) >= 10 ? 'Page' : 'Arrow';
      const key =
        count > at ? (far === 'Page' ? 'PageUp' : 'ArrowRight') : far === 'Page' ? 'PageDown' : 'ArrowLeft';
      await this.page.keyboard.press(key);
    }
  }

  /** From now on the page notes by its own clock when a state lights up. */
  watchLights(): Promise<unknown> {
    return this.page.evaluate(`(() => {
      window.lights = [];
      const root = document.querySelector('[data-sheet]').shadowRoot;
      const note = (group) => window.lights.push({ state: group.dataset.state, atMs: Date.now() });
      new MutationObserver((changes) => {
        for (const { target } of changes) if (target.dataset?.lit === 'active') note(target);
      }).observe(root, { subtree: true, attributes: true, attributeFilter: ['data-lit'] });
    })()`);
  }

  lights(): Promise<{ readonly state: string; readonly atMs: number }[]> {
    return this.page.evaluate('window.lights');
  }

  /** Pixels by which the page is wider than its window. */
  overflowPx(): Promise<number> {
    return this.page.evaluate(
      'Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth',
    );
  }

  /** Keeps a picture for docs/inspector.md, where that is asked for: SCREENSHOTS=1. */
  async picture(name: string): Promise<void> {
    if (process.env.SCREENSHOTS !== '1') return;
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled' });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
