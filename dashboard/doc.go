// Package dashboard is the pages: what a board member, an analyst and a
// scrutiny officer see in the browser. It reads stored figures through Store
// and shows them; it computes no statistics and writes no sentences about
// them, for those come with the figures. Echo stays inside it. It must not
// import ingest or the store: cmd introduces them.
package dashboard
