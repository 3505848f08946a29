/**
 * What a reader does in a browser other than Chromium, without WebGPU: reads a link, clicks a cell,
 * sees an embedded finding, prints. Functions passed to `evaluate` run in the page.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { root } from '../shell.mjs';

const linkOf = (example) => readFileSync(join(root, `src/app/examples/links/${example}.txt`), 'utf8').trim();

/** Milliseconds until a state that should come must be there. */
const LONG = 60_000;

export const checks = {
  'a link shows its sentence, its picture and why nothing can be run': async (browser, address) => {
    await open(browser, `${address}/${linkOf(1)}`);
    const sentence = await until(browser, 'the sentence', textOf, '[data-testid=finding]');
    must(/%/.test(sentence), `a sentence with a share, got ${sentence}`);
    const cells = await until(browser, 'the cells', countOf, '[data-testid=figure-hidden] [role=gridcell]');
    must(cells > 20, `more than 20 cells, got ${cells}`);
    await until(browser, 'the reason', textOf, '[data-testid=webgpu-missing]');
  },
  'a click on a cell shows its numbers': async (browser) => {
    const cell = '[data-testid=figure-hidden] [role=gridcell][data-row="2"][data-column="1"]';
    const place = await until(browser, 'the cell', middleOf, cell);
    await browser.click(place.x, place.y);
    const numbers = await until(browser, 'the numbers', textOf, '[data-testid=inspector] dl');
    must(/\d\s%/.test(numbers), `numbers in percent, got ${numbers}`);
    const locked = await browser.evaluate(countOf, '.inspector.locked');
    must(locked === 1, 'an inspector that keeps the cell');
  },
  'every view opens': async (browser) => {
    const names = await browser.evaluate(clickTabs);
    must(names.length >= 3, `three views, got ${names}`);
    await until(browser, 'the table', textOf, '[data-testid=table-hidden]');
    must((await browser.evaluate(countOf, '[data-testid=failed-part]')) === 0, 'no part that fails');
  },
  'a finding is printed with its pictures, in light colours': async (browser, address) => {
    await open(browser, `${address}/${linkOf(1)}`);
    await until(browser, 'the picture', countOf, '[data-testid=figure-hidden] [role=gridcell]');
    if (browser.print) {
      const pages = pagesOf(await browser.print());
      must(pages > 0 && pages < 8, `some pages, got ${pages}`);
    }
    const paper = await browser.evaluate(printed);
    must(paper.rules > 0, 'rules for paper');
    must(!paper.question && !paper.buttons, `neither question nor buttons, got ${JSON.stringify(paper)}`);
    must(paper.picture && paper.foot.includes('Atlas'), `picture and foot, got ${JSON.stringify(paper)}`);
    must(paper.background === 'rgb(255, 255, 255)', `white paper, got ${paper.background}`);
  },
  'embed.html shows sentence, picture and origin': async (browser, address) => {
    await open(browser, `${address}/embed.html${linkOf(0)}`);
    const sentence = await until(browser, 'the sentence', textOf, '.sentence');
    must(/%/.test(sentence), `a sentence with a share, got ${sentence}`);
    const drawn = await until(browser, 'the picture', countOf, '.picture svg rect');
    must(drawn > 40, `more than 40 shapes, got ${drawn}`);
    const foot = await until(browser, 'the origin', textOf, 'footer');
    must(foot.includes('Atlas'), `the model's name, got ${foot}`);
  },
  'a narrow window does not scroll sideways': async (browser, address) => {
    await browser.resize(480, 900);
    await open(browser, `${address}/${linkOf(1)}`);
    await until(browser, 'the picture', countOf, '[data-testid=figure-hidden] [role=gridcell]');
    const over = await browser.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    must(over <= 0, `nothing beyond the window, got ${over} px`);
    await browser.resize(1280, 900);
  },
};

/** A new document: an address that differs in its fragment alone loads nothing. */
async function open(browser, url) {
  await browser.goto('about:blank');
  await browser.goto(url);
}

/** Asks the page until the answer is truthy. */
async function until(browser, what, body, ...args) {
  const end = Date.now() + LONG;
  while (Date.now() < end) {
    const told = await browser.evaluate(body, ...args);
    if (told) return told;
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error(`expected ${what} within ${LONG / 1000} s`);
}

function must(holds, expected) {
  if (!holds) throw new Error(`expected ${expected}`);
}

const textOf = (selector) => document.querySelector(selector)?.textContent ?? '';
const countOf = (selector) => document.querySelectorAll(selector).length;

function middleOf(selector) {
  const element = document.querySelector(selector);
  if (!element) return null;
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
}

/** Opens one view after another; the last is the table. */
async function clickTabs() {
  const names = [];
  for (const tab of document.querySelectorAll('[role=tab]')) {
    tab.click();
    names.push(tab.textContent);
    await new Promise((next) => setTimeout(next, 200));
  }
  return names;
}

/** What the rules for paper leave, applied to the screen: no driver emulates paper in every browser. */
async function printed() {
  dispatchEvent(new Event('beforeprint'));
  let rules = 0;
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (rule.media?.mediaText !== 'print') continue;
      rule.media.mediaText = 'all';
      rules += 1;
    }
  }
  const isSeen = (selector) =>
    [...document.querySelectorAll(selector)].some((element) => element.getClientRects().length > 0);
  return {
    rules,
    question: isSeen('.question'),
    buttons: isSeen('[data-testid=run], .figure-tools'),
    picture: isSeen('[data-testid=figure-hidden]'),
    foot: document.querySelector('.print-foot').textContent,
    background: getComputedStyle(document.body).backgroundColor,
  };
}

/** A PDF's pages; their objects may lie in compressed streams. */
function pagesOf(pdf) {
  const text = pdf.toString('latin1');
  const streams = Array.from(text.matchAll(/stream\r?\n([\s\S]*?)endstream/g), ([, packed]) => {
    try {
      return inflateSync(Buffer.from(packed, 'latin1')).toString('latin1');
    } catch {
      return '';
    }
  });
  return [text, ...streams].join('\n').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
