export { findLeaks, type LeakSearch } from './find-leaks.ts';
export { profileColumn, profileDataset } from './profile-dataset.ts';
