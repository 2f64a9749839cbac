package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"outcomes/dashboard/account"
	"outcomes/metrics"
	"outcomes/metrics/store"
)

// people is the store as accounts see it.
type people struct{ *store.Store }

func (p people) Change(ctx context.Context, what string, f func(account.Changes) error) error {
	return p.Update(ctx, what, func(tx *store.Session) error { return f(tx) })
}

// accountsOf are the accounts over a store, by the clock of the machine unless
// another is named.
func accountsOf(st *store.Store, c account.Config) (*account.Accounts, error) {
	c.Store, c.Sessions = people{st}, st.Sessions()
	if c.Now == nil {
		c.Now = now
	}
	return account.New(c)
}

// siteFlag is where one-time links lead.
func siteFlag(cmd *cobra.Command, site *string) {
	cmd.Flags().StringVar(site, "public-url", "http://127.0.0.1:8080", "the `address` of the pages, for the one-time link")
}

func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Say who may sign in, and as what"}
	cmd.AddCommand(userAddCommand(), userListCommand(), userRoleCommand(), userRemoveCommand(), userLinkCommand())
	return cmd
}

// withAccounts opens the database for one of the subcommands.
func withAccounts(cmd *cobra.Command, h house, f func(context.Context, *account.Accounts) error) error {
	st, err := store.OpenExisting(cmd.Context(), h.db, now)
	if err != nil {
		return err
	}
	defer st.Close()
	a, err := accountsOf(st, account.Config{})
	if err != nil {
		return err
	}
	return f(cmd.Context(), a)
}

func userAddCommand() *cobra.Command {
	var h house
	var p metrics.Person
	var role, site string
	cmd := &cobra.Command{
		Use:   "add --email ADDRESS --name NAME --role ROLE",
		Short: "Invite somebody: prints a link that is good once, for seven days",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			base, err := siteOf(site)
			if err != nil {
				return err
			}
			return withAccounts(cmd, h, func(ctx context.Context, a *account.Accounts) error {
				p.Role = metrics.Role(role)
				token, err := a.Invite(ctx, account.CommandLine, p)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Send this link to %s. It is good once, for seven days:\n%s\n", p.Email, account.Link(base, token))
				return nil
			})
		},
	}
	h.flags(cmd, false)
	siteFlag(cmd, &site)
	cmd.Flags().StringVar(&p.Email, "email", "", "the person's e-mail `address`")
	cmd.Flags().StringVar(&p.Name, "name", "", "the person's `name`")
	cmd.Flags().StringVar(&role, "role", string(metrics.Viewer), "`role`: viewer, analyst, scrutiny or administrator")
	for _, name := range []string{"email", "name"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // the flag is defined above
		}
	}
	return cmd
}

func userListCommand() *cobra.Command {
	var h house
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List who may sign in",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withAccounts(cmd, h, func(ctx context.Context, a *account.Accounts) error {
				list, err := a.Store.People(ctx)
				if err != nil {
					return err
				}
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(w, "EMAIL\tROLE\tSTANDING\tNAME")
				for _, p := range list {
					email := p.Email
					if email == "" {
						email = "(not given yet)"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", email, p.Role, a.Standing(p), p.Name)
				}
				return w.Flush()
			})
		},
	}
	h.flags(cmd, false)
	return cmd
}

func userRoleCommand() *cobra.Command {
	var h house
	cmd := &cobra.Command{
		Use:   "role ADDRESS ROLE",
		Short: "Give somebody another role",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPerson(cmd, h, args[0], func(ctx context.Context, a *account.Accounts, p metrics.Person) error {
				p, err := a.ChangeRole(ctx, account.CommandLine, p.ID, metrics.Role(args[1]))
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", p.Email, p.Role)
				return nil
			})
		},
	}
	h.flags(cmd, false)
	return cmd
}

func userRemoveCommand() *cobra.Command {
	var h house
	cmd := &cobra.Command{
		Use:   "remove ADDRESS",
		Short: "Take somebody's access away; what they did stays",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPerson(cmd, h, args[0], func(ctx context.Context, a *account.Accounts, p metrics.Person) error {
				p, err := a.Remove(ctx, account.CommandLine, p.ID)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: removed\n", p.Email)
				return nil
			})
		},
	}
	h.flags(cmd, false)
	return cmd
}

func userLinkCommand() *cobra.Command {
	var h house
	var site string
	cmd := &cobra.Command{
		Use:   "link ADDRESS",
		Short: "Print a new one-time link, as for a forgotten password",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			base, err := siteOf(site)
			if err != nil {
				return err
			}
			return withPerson(cmd, h, args[0], func(ctx context.Context, a *account.Accounts, p metrics.Person) error {
				token, err := a.NewLink(ctx, account.CommandLine, p.ID)
				if err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "Send this link to %s. It is good once, for seven days:\n%s\n", p.Email, account.Link(base, token))
				return nil
			})
		},
	}
	h.flags(cmd, false)
	siteFlag(cmd, &site)
	return cmd
}

func withPerson(cmd *cobra.Command, h house, email string, f func(context.Context, *account.Accounts, metrics.Person) error) error {
	return withAccounts(cmd, h, func(ctx context.Context, a *account.Accounts) error {
		p, err := a.Store.Person(ctx, email)
		if err != nil {
			return err
		}
		return f(ctx, a, p)
	})
}

// access is who may see the pages that are served, and how they are reached.
type access struct {
	publicURL     string
	behindProxy   bool
	publicViewing bool
	adminEmail    string
}

func (x *access) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&x.publicURL, "public-url", "", "the `address` that people know the pages by, such as https://outcomes.example.org")
	cmd.Flags().BoolVar(&x.behindProxy, "behind-proxy", false, "a proxy of yours is in front: believe its X-Forwarded-For and X-Forwarded-Proto")
	cmd.Flags().BoolVar(&x.publicViewing, "public-viewing", false, "everybody may read the pages, without signing in")
	cmd.Flags().StringVar(&x.adminEmail, "admin-email", "", "the e-mail `address` of the first administrator (default: the first page asks)")
}

// siteOf is the address without its last slash.
func siteOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", metrics.Errorf(metrics.Invalid, "--public-url %s: write it as https://outcomes.example.org, without a path", address)
	}
	return u.Scheme + "://" + u.Host, nil
}

// accounts are those of a server that listens at an address, and what to say
// of them: the first administrator's link, and what makes signing in unsafe.
func (x access) accounts(ctx context.Context, st *store.Store, listener net.Addr, stdout, stderr io.Writer) (*account.Accounts, error) {
	c := account.Config{BehindProxy: x.behindProxy}
	base := "http://" + listener.String()
	if x.publicURL != "" {
		var err error
		if c.PublicURL, err = siteOf(x.publicURL); err != nil {
			return nil, err
		}
		base = c.PublicURL
	}
	a, err := accountsOf(st, c)
	if err != nil {
		return nil, err
	}
	token, err := a.FirstAdministrator(ctx, x.adminEmail)
	if err != nil {
		return nil, err
	}
	if token != "" {
		fmt.Fprintf(stdout, "Nobody may sign in yet. This link makes the first administrator. It is good once, for seven days:\n%s\n", account.Link(base, token))
	}
	if tcp, ok := listener.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() && !strings.HasPrefix(c.PublicURL, "https://") && !x.behindProxy {
		fmt.Fprintln(stderr, "Passwords would travel unencrypted to this address: put a proxy with TLS in front and say --public-url https://… or --behind-proxy.")
	}
	return a, nil
}

// demoAccounts are those of the demo: one invented person of each role, with a
// link that signs in once and asks for no password.
func demoAccounts(ctx context.Context, st *store.Store, clock func() time.Time, listener net.Addr, stdout io.Writer) (*account.Accounts, error) {
	a, err := accountsOf(st, account.Config{Direct: true, Now: clock})
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(stdout, "Sign in as one of these invented people; each link is good once:")
	for _, role := range metrics.Roles {
		token, err := a.Invite(ctx, account.CommandLine, metrics.Person{Email: string(role) + "@example.org", Name: "Sample " + string(role), Role: role})
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(stdout, "  %-13s  %s\n", role, account.Link("http://"+listener.String(), token))
	}
	return a, nil
}
