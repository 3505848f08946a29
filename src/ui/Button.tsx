/** A button that submits nothing, unless its `type` says so. */
import type { ComponentProps } from 'react';

const LOOKS = {
  plain: 'button',
  primary: 'button primary',
  quiet: 'button quiet',
  icon: 'button quiet icon',
  link: 'link-button',
} as const;

interface ButtonProps extends ComponentProps<'button'> {
  readonly look?: keyof typeof LOOKS;
  readonly small?: boolean;
}

export function Button({ look = 'plain', small = false, ...props }: ButtonProps) {
  return <button type="button" className={small ? `${LOOKS[look]} small` : LOOKS[look]} {...props} />;
}
