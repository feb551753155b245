import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Notification, runNotifyCommand } from './notify.ts';

function notification(text: string): Notification {
  return { event: 'failure', text, summary: { errors: [text] } as unknown as Notification['summary'] };
}

function told(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'told');
}

describe.runIf(process.platform !== 'win32')('a notification command', () => {
  it('gets all of a long text on its standard input, and its beginning as a variable', async () => {
    const file = told();
    const text = `failed\0: ${'x'.repeat(5_000_000)}`;
    await runNotifyCommand(`cat > '${file}'; printf %s "$NOTIFICATION_TEXT" > '${file}.text'`, notification(text));
    expect(JSON.parse(readFileSync(file, 'utf8')).text).toBe(text);
    expect(readFileSync(`${file}.text`, 'utf8')).toMatch(/^failed: x{1000,}\.\.\.$/);
    expect(readFileSync(`${file}.text`, 'utf8').length).toBeLessThan(10_000);
  });

  it('need not read it', async () => {
    await expect(runNotifyCommand('exit 0', notification('x'.repeat(5_000_000)))).resolves.toBeUndefined();
  });

  it.each([
    ['itself', 'sleep 600'],
    ['in what it started', 'sleep 600 & sleep 600 | sleep 600'],
    ['deaf to its signal', 'trap "" TERM; sleep 600; sleep 600'],
  ])('that hangs %s is ended', async (_, command) => {
    const running = runNotifyCommand(command, notification('x'.repeat(1_000_000)), { run: 100, end: 100 });
    await expect(running).rejects.toThrow(/^it was ended by SIG(TERM|KILL)$/);
  });
});
