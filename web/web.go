// Package web embeds the templates and static files of the pages. It holds no
// logic: shared/serve renders them.
package web

import "embed"

// Templates holds one folder of templates per function, and shared/ for what
// every page has in common.
//
//go:embed shared/*.html signin/*.html start/*.html admin/*.html
var Templates embed.FS

// Static holds style sheets, scripts and pictures.
//
//go:embed static
var Static embed.FS
