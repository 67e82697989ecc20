/** Sanitizes HTML, SVG and Markdown. Loaded with the first such output, since most sessions never show one. */

import type { MarkupSanitizer } from './bundles';
import { sanitizedHtml, sanitizedSvg } from './html';
import { sanitizedMarkdown } from './markdown';

export const sanitizedMarkup: MarkupSanitizer = (mime, text, place) => {
  if (mime === 'text/markdown') return sanitizedMarkdown(text, place);
  return mime === 'image/svg+xml' ? sanitizedSvg(text) : sanitizedHtml(text);
};
