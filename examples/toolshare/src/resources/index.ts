// What is served.
import { listResources } from 'dynashelf';
import { bookings } from './bookings';
import { categories } from './categories';
import { favourites } from './favourites';
import { messages } from './messages';
import { reviews } from './reviews';
import { steps } from './steps';
import { tools } from './tools';
import { users } from './users';

export const resources = listResources(users, categories, tools, bookings, steps, reviews, messages, favourites);
