/** The lists of finished files. */
import {
  listForm,
  listShape,
  pageParams,
  recordingEntry,
  recordingEntryShape,
  snapshotEntry,
  snapshotEntryShape,
} from '../shapes/file-shape.ts';
import { method } from './method.ts';

export const listRecordings = method({
  name: 'list_recordings',
  role: 'viewer',
  summary: 'Finished recordings, newest first. An empty list is a success.',
  params: pageParams,
  result: listShape(recordingEntryShape),
  errors: ['storage-failed'],
  example: {
    params: { limit: 1 },
    result: {
      files: [
        {
          filename: 'camera0_2026-11-23_04-28-13.mp4',
          file_size: 4_509_120,
          modified_time: '2026-11-23T04:29:13.600Z',
          created_time: '2026-11-23T04:28:13.512Z',
          duration: 60,
          device: 'camera0',
          download_url: '/files/recordings/camera0_2026-11-23_04-28-13.mp4',
          size: 4_509_120,
          timestamp: '2026-11-23T04:28:13.512Z',
          duration_ms: 60_010,
          session_id: 'camera0_2026-11-23_04-28-13',
          format: 'fmp4',
          outcome: 'completed',
          reason: 'duration_reached',
          parts: [
            {
              filename: 'camera0_2026-11-23_04-28-13.mp4',
              file_size: 4_509_120,
              start_time: '2026-11-23T04:28:13.512Z',
              duration_ms: 60_010,
              download_url: '/files/recordings/camera0_2026-11-23_04-28-13.mp4',
            },
          ],
          gaps: [],
          adoptions: 0,
          overrun_ms: 0,
          warning: null,
        },
      ],
      total: 1,
      limit: 1,
      offset: 0,
      total_count: 1,
      has_more: false,
    },
  },
  handle: async (page, { desk }) => {
    const { files, total } = await desk.shelf.listRecordings(page);
    return listForm(files.map(recordingEntry), total, page);
  },
});

export const listSnapshots = method({
  name: 'list_snapshots',
  role: 'viewer',
  summary: 'Saved pictures, newest first. An empty list is a success.',
  params: pageParams,
  result: listShape(snapshotEntryShape),
  errors: ['storage-failed'],
  example: {
    params: {},
    result: {
      files: [
        {
          filename: 'door.jpg',
          file_size: 41_220,
          modified_time: '2026-11-23T04:28:13.102Z',
          created_time: '2026-11-23T04:28:13.102Z',
          duration: null,
          device: 'camera0',
          download_url: '/files/snapshots/door.jpg',
          size: 41_220,
          timestamp: '2026-11-23T04:28:13.102Z',
        },
      ],
      total: 1,
      limit: 50,
      offset: 0,
      total_count: 1,
      has_more: false,
    },
  },
  handle: async (page, { desk }) => {
    const { files, total } = await desk.shelf.listSnapshots(page);
    return listForm(files.map(snapshotEntry), total, page);
  },
});
