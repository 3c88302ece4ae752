export default async function setup(): Promise<void> {
  // Servers are opened on first use.
}
