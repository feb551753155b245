import { describe, expect, it } from 'vitest';
import { DateTime } from './date-time.ts';
import { Zone } from './zone.ts';

const aware = DateTime.of(2024, 2, 5, 3, 4, 5, 678, Zone.utc);
const early = DateTime.of(999, 2, 5, 15, 4, 5, 0, Zone.pytzUtc);
const east = DateTime.of(2021, 1, 3, 0, 0, 0, 0, Zone.fixed(9_015_000_000));
const naive = aware.withZone(null);

describe('compileStrftime', () => {
  it.each([
    [aware, '%Y-%m-%dT%H:%M:%S.%fZ', '2024-02-05T03:04:05.000678Z'],
    [aware, '%a %A %b %B %h %p %P', 'Mon Monday Feb February Feb AM am'],
    [aware, '%C|%D|%F|%R|%r|%T|%X|%x', '20|02/05/24|2024-02-05|03:04|03:04:05 AM|03:04:05|03:04:05|02/05/24'],
    [aware, '%c', 'Mon Feb  5 03:04:05 2024'],
    [aware, '%e|%k|%l|%I|%j|%s|%U|%W|%V|%G|%g|%u|%w|%y', ' 5| 3| 3|03|036|1707102245|05|06|06|2024|24|1|1|24'],
    [aware, '%-d|%_d|%0e|%3d|%_5d|%-5d|%^a|%#p|%^_10b|%010a', '5| 5|05|005|    5|    5|MON|am|       FEB|0000000Mon'],
    [aware, '%Ed|%Od|%EY|%OY|%Ec|%E%|%#Eh', '%Ed|05|2024|%OY|Mon Feb  5 03:04:05 2024|%|%#EH'],
    [aware, '%Q|%+|%:z|%3f|%-|%|abc%', '%Q|%+|%:z|%3f|%-|%|abc%'],
    [aware, '%%z|%n|%t|é☃', '%z|\n|\t|é☃'],
    [aware, 'a\0b', 'a'],
    [aware, '%12s|%012s|%-z|%#Z', '  1707102245|001707102245||'],
    [early, '%Y|%C|%6Y|%_6Y|%F|%10F|%y|%P', '999|9|000999|   999|999-02-05| 999-02-05|99|pm'],
    [early, '%-z|%5z|%#Z|%10Z', '+0|    +00000|utc|       UTC'],
    [east, '%z|%Z|%U %W %V %G', '+023015|UTC+02:30:15|01 00 53 2020'],
    [naive, '[%z%Z]', '[]'],
  ])('prints %s by %j', (time, format, expected) => {
    expect(time.strftime(format)).toBe(expected);
  });

  it('gives nothing when a width outgrows the buffer of the reference', () => {
    expect(aware.strftime('%2000d')).toHaveLength(2000);
    expect(aware.strftime('%3000d')).toBe('');
    expect(aware.strftime('%99999999999d')).toBe('');
  });
});
