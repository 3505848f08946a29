/** A field's value in a few words; empty if uninformative. */
import { type AskedWindow, askedOf } from '../../../experiments/common/window';
import type { Option } from '../../../experiments/experiment';

export function summaryOf(option: Option, value: unknown): string {
  if (option.isRare && value === option.default) return '';
  switch (option.kind) {
    case 'multichoice': {
      const chosen = option.choices.filter((choice) => (value as readonly string[]).includes(choice.value));
      const names = chosen.map(({ label }) => label);
      return names.length > 3
        ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
        : names.join(', ');
    }
    case 'choice':
    case 'places': {
      const chosen = option.choices.find((choice) => choice.value === value);
      if (chosen) return plainLabel(chosen.label);
      return Array.isArray(value) ? `positions ${value.join(', ')}` : '';
    }
    case 'rows': {
      const n = Array.isArray(value) ? value.length : 0;
      return n === 0 ? '' : `${n} ${option.each}${n === 1 ? '' : 's'}`;
    }
    case 'lines':
      return Array.isArray(value) ? `${value.length} lines` : '';
    case 'check':
      return value === true ? option.label : '';
    case 'variant': {
      const own = value as Readonly<Record<string, unknown>> | null;
      const chosen = option.variants.find((variant) => variant.value === own?.[option.tag]);
      if (!chosen || value === option.default) return '';
      const fields = chosen.fields.map((field) => summaryOf(field, own![field.name] ?? field.default));
      return [chosen.label, ...fields].filter((text) => text !== '').join(', ');
    }
    case 'set':
    case 'site':
    case 'group':
      return '';
    case 'window': {
      const asked = askedOf(value as AskedWindow);
      return asked === option.default ? '' : `${option.label} ${asked}`;
    }
    default:
      // Numbers and texts appear only if changed.
      return `${value}` === `${option.default}` ? '' : `${plainLabel(option.label)} ${value}`;
  }
}

/** Without its explanation. */
const plainLabel = (label: string): string => label.replace(/[:(].*/, '').trim();
