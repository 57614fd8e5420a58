/** A typed cluster file that keeps its cluster to itself. */
export const cluster = { cluster: 'office', domain: 'office.example.net', nodes: {} }
