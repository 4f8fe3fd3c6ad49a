/** Pages of a list, as every list endpoint of the API has them. */
import { type Json, Refusal } from '../config/values.ts';

const DEFAULT_ITEMS_PER_PAGE = 100;

/** `{itemCount, pageCount, items}`; a page beyond the end is empty. @throws Refusal for a bad number */
export function paginated<T>(all: readonly T[], query: URLSearchParams, item: (value: T) => Json): Json {
  const perPage = unsigned(query.get('itemsPerPage'), DEFAULT_ITEMS_PER_PAGE);
  const page = unsigned(query.get('page'), 0);
  if (perPage === 0) throw new Refusal('invalid items per page');
  return {
    itemCount: all.length,
    pageCount: Math.ceil(all.length / perPage),
    items: all.slice(page * perPage, (page + 1) * perPage).map(item),
  };
}

function unsigned(text: string | null, otherwise: number): number {
  if (text === null || text === '') return otherwise;
  if (!/^\d+$/.test(text)) throw new Refusal(`strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
}
