/*
 * page.S - report.html as bytes of the command; print_html.c fills it in.
 *
 * A file of its own: assembly inside a C file names what link-time optimisation
 * may have moved elsewhere.
 */
	.section .rodata
	.globl	ni_report_page
	.hidden	ni_report_page
	.type	ni_report_page, %object
ni_report_page:
	.incbin	"shim/cli/report/report.html"
	.byte	0
	.size	ni_report_page, . - ni_report_page

	.section .note.GNU-stack, "", %progbits
