// The sandbox's time: its zone is the clock's own, wherever the browser is.
import { locale, t } from './words.js';

let base = Date.now();
let since = performance.now();
let offset = 480;
let moving = true;
export const clock = { travelling: false, canTravel: true, canReset: false };

export function takeClock(facts) {
  base = Date.parse(facts.now);
  since = performance.now();
  const zone = /([+-])(\d\d):(\d\d)$/.exec(facts.now);
  offset = zone ? (zone[1] === '-' ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  moving = facts.mode !== 'still';
  clock.travelling = facts.travelling;
  clock.canTravel = facts.can_travel;
  clock.canReset = facts.can_reset;
}

/** Milliseconds of the sandbox's now; a message dated later pushes it on. */
export function now() {
  return base + (moving ? performance.now() - since : 0);
}
export function atLeast(seconds) {
  if (seconds * 1000 > now()) { base = seconds * 1000; since = performance.now(); }
}

/** The wall clock of a moment, as a Date whose UTC fields read like the sandbox's zone. */
export function wall(milliseconds) {
  return new Date(milliseconds + offset * 60000);
}
const two = (number) => String(number).padStart(2, '0');
export function hhmm(milliseconds) {
  const at = wall(milliseconds);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}
export function dayKey(milliseconds) {
  return Math.floor((milliseconds + offset * 60000) / 86400000);
}
export function dayName(milliseconds, withYear = false) {
  const at = wall(milliseconds);
  const week = t('days')[at.getUTCDay()];
  const year = withYear || at.getUTCFullYear() !== wall(now()).getUTCFullYear();
  if (locale === 'zh') return `${year ? `${at.getUTCFullYear()}年` : ''}${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${week}`;
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][at.getUTCMonth()];
  return `${week} ${at.getUTCDate()} ${month}${year ? ` ${at.getUTCFullYear()}` : ''}`;
}
export function shortWhen(milliseconds) {
  if (dayKey(milliseconds) === dayKey(now())) return hhmm(milliseconds);
  const at = wall(milliseconds);
  return locale === 'zh' ? `${at.getUTCMonth() + 1}月${at.getUTCDate()}日` : `${at.getUTCDate()}/${at.getUTCMonth() + 1}`;
}
/** For <input type=datetime-local> and back to ISO with the zone. */
export function toInput(milliseconds) {
  return wall(milliseconds).toISOString().slice(0, 16);
}
export function fromInput(value) {
  const sign = offset < 0 ? '-' : '+';
  const size = Math.abs(offset);
  return `${value}:00${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
