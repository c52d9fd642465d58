export { findLeaks, type LeakSearch } from './find-leaks.ts';
export { profileColumn, profileDataset, type ReadingWishes } from './profile-dataset.ts';
