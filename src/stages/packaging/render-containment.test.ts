import { describe, expect, it } from 'vitest';
import { madeContainment } from '../../../tests/fixtures/made-containment.ts';
import { renderContainment } from './render-containment.ts';

const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
/** What is seen before anything is unfolded. */
const shownAtOnce = (html: string) => textOf(html.replaceAll(/<details>.*?<\/details>/gs, ''));

const { containment, summary } = madeContainment();

describe('the section on how training was contained', () => {
  it('says first that there was a cage, how many walls were tried, and how the fits ended', () => {
    const shown = shownAtOnce(renderContainment({ containment, summary }));
    expect(shown).toContain('Training ran in a cage made by bubblewrap: 2 walls were tried before it began, and all stood.');
    expect(shown).toContain('38 fits: 35 finished, 1 failed, 2 stopped (by limit: time 2). No fit made a system call that no learner makes.');
    expect(shown).toContain('A fit held at most 340 MiB');
    expect(shown).toContain('They took 61.2 s in all.');
  });

  it('keeps the rest folded: walls, limits, every file of ours with its hash, packages, the policy', () => {
    const html = renderContainment({ containment, summary });
    expect(shownAtOnce(html)).not.toContain('d'.repeat(64));
    const all = textOf(html);
    for (const part of [
      'no interface but its own loopback',
      'open files 256 rlimit',
      `worker.py 352 ${'d'.repeat(64)}`,
      'numpy 2.4.6',
      `sha256 ${'a'.repeat(64)}`,
      '6.12.1',
    ])
      expect(all).toContain(part);
  });

  it('tells what was denied, and what could not be put up or was lost', () => {
    const shown = shownAtOnce(renderContainment({ containment, summary: { ...summary, killedCalls: 1, notStarted: 2, lostWorkers: 3, hardenMs: 1500 } }));
    expect(shown).toContain('1 fit ended by the kernel for a system call that no learner makes');
    expect(shown).toContain('2 could not put up their walls and were not run');
    expect(shown).toContain('3 workers lost');
    expect(shown).toContain('of it 1.5 s to put up walls');
  });

  it('says honestly that there was no cage and which wall was missing, without a folder of the machine', () => {
    const walls = [
      {
        kind: 'wall' as const,
        name: 'cage',
        isUp: false,
        detail: "bwrap: Can't find source path /root/secret/env: Permission denied",
        remedy: 'Run the setup.',
      },
    ];
    const html = renderContainment({
      containment: { ...containment, backEnd: 'none', walls, policySha256: null, workerFilterSha256: null, jobFilterSha256: null },
      summary,
    });
    expect(shownAtOnce(html)).toContain('Training ran without a cage.');
    expect(shownAtOnce(html)).toContain('Missing: cage.');
    expect(html).not.toContain('/root');
    expect(textOf(html)).toContain('none in force');
  });

  it('shows an outer cage as a claim of the operator', () => {
    expect(shownAtOnce(renderContainment({ containment: { ...containment, outerCage: 'gvisor' }, summary }))).toContain(
      'gvisor stood round all of it; that is a claim and was not proved',
    );
  });

  it('says that nothing was kept where the log is of before', () => {
    expect(renderContainment({ containment: null, summary: null })).toContain('did not keep what stood round its training');
  });

  it('takes no word of a stranger for markup', () => {
    const evil = '<img src=x>';
    const html = renderContainment({
      containment: { ...containment, kernelRelease: evil, walls: [{ kind: 'wall', name: evil, isUp: true, detail: evil }] },
      summary,
    });
    expect(html).not.toContain('<img');
  });
});
