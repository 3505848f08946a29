/** A button that looks like a link. */
import type { ComponentProps } from 'react';

export function LinkButton({ className = '', ...rest }: ComponentProps<'button'>) {
  return <button type="button" className={`link-button ${className}`.trim()} {...rest} />;
}
