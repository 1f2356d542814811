# SPDX-License-Identifier: GPL-2.0-or-later
# install: programs, service, configuration, manuals. dkms-install: module source.

PREFIX ?= /usr
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
UNITDIR ?= /lib/systemd/system
VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' kmod/dkms.conf)
DKMS_SOURCE := $(DESTDIR)$(PREFIX)/src/nts-$(VERSION)

install: ntsd ntsctl ntsd-metrics ## programs, service and manuals, below DESTDIR
	install -D -m 0755 $(O)/ntsd $(DESTDIR)$(SBINDIR)/ntsd
	install -D -m 0755 $(O)/ntsctl $(DESTDIR)$(SBINDIR)/ntsctl
	install -D -m 0755 $(O)/ntsd-metrics $(DESTDIR)$(SBINDIR)/ntsd-metrics
	install -D -m 0644 tools/exporter/ntsd-metrics.service $(DESTDIR)$(UNITDIR)/ntsd-metrics.service
	install -D -m 0644 tools/exporter/ntsd-metrics.8 $(DESTDIR)$(MANDIR)/man8/ntsd-metrics.8
	install -D -m 0644 tools/packaging/grafana-ntsd.json $(DESTDIR)$(PREFIX)/share/ntsd/grafana-ntsd.json
	install -D -m 0644 ntsd/ntsd.service $(DESTDIR)$(UNITDIR)/ntsd.service
	[ -e $(DESTDIR)/etc/ntsd/ntsd.conf ] || \
	  install -D -m 0644 ntsd/ntsd.conf $(DESTDIR)/etc/ntsd/ntsd.conf
	install -D -m 0644 ntsd/ntsd.8 $(DESTDIR)$(MANDIR)/man8/ntsd.8
	install -D -m 0644 ntsd/ntsd.conf.5 $(DESTDIR)$(MANDIR)/man5/ntsd.conf.5
	install -D -m 0644 tools/ntsctl.8 $(DESTDIR)$(MANDIR)/man8/ntsctl.8

dkms-install: ## module source for DKMS, below DESTDIR
	install -d $(DKMS_SOURCE)
	cp -p --parents $(filter-out %_test.c %_test.h %_vectors.h,$(MODULE_SOURCES)) $(DKMS_SOURCE)/
	install -m 0644 kmod/dkms.conf $(DKMS_SOURCE)/dkms.conf
