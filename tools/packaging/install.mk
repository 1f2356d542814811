# SPDX-License-Identifier: GPL-2.0-or-later
# install: programs, service, configuration, manuals. dkms-install: module source.
# deb, rpm: packages of both.

PREFIX ?= /usr
SYSCONFDIR ?= /etc
SBINDIR ?= $(PREFIX)/sbin
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR ?= $(PREFIX)/share
MANDIR ?= $(DATADIR)/man
UNITDIR ?= /lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
FIREWALLDDIR ?= $(PREFIX)/lib/firewalld/services
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR ?= $(DATADIR)/zsh/vendor-completions
PACKAGING := tools/packaging

# Releases are tagged vVERSION. What comes after one is newer than it.
VERSION ?= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' kmod/dkms.conf)
SNAPSHOT := $(shell git describe --exact-match --match 'v[0-9]*' >/dev/null 2>&1 || \
	TZ=UTC git log -1 --format=+git%cd.%h --date=format-local:%Y%m%d%H%M%S 2>/dev/null)
PACKAGE_VERSION ?= $(VERSION)$(SNAPSHOT)
DKMS_SOURCE = $(DESTDIR)$(PREFIX)/src/nts-$(VERSION)

# What says its version is built again when that changes.
$(O)/version: FORCE
	@mkdir -p $(@D)
	@echo '$(VERSION)' | cmp -s - $@ || echo '$(VERSION)' >$@
FORCE:
.PHONY: FORCE
$(O)/obj/ntsd/main.o $(O)/obj/tools/ntsctl.o $(O)/obj/load/main.o: $(O)/version
$(O)/obj/ntsd/main.o: CPPFLAGS += -DNTSD_VERSION='"$(VERSION)"'
$(O)/obj/tools/ntsctl.o: CPPFLAGS += -DNTSCTL_VERSION='"$(VERSION)"'
$(O)/obj/load/main.o: CPPFLAGS += -DNTSLOAD_VERSION='"$(VERSION)"'

# POOL is whom a machine that nobody configured yet asks for the time.
install: ntsd ntsctl ntsd-metrics ntsd-import ntsload ## programs, service and manuals, below DESTDIR
	install -D -m 0755 $(O)/ntsd $(DESTDIR)$(SBINDIR)/ntsd
	install -D -m 0755 $(O)/ntsctl $(DESTDIR)$(SBINDIR)/ntsctl
	install -D -m 0755 $(O)/ntsd-import $(DESTDIR)$(SBINDIR)/ntsd-import
	install -D -m 0644 tools/import/ntsd-import.8 $(DESTDIR)$(MANDIR)/man8/ntsd-import.8
	install -D -m 0755 $(O)/ntsload $(DESTDIR)$(SBINDIR)/ntsload
	install -D -m 0644 tools/load/ntsload.8 $(DESTDIR)$(MANDIR)/man8/ntsload.8
	install -D -m 0755 $(PACKAGING)/ntsd-mok $(DESTDIR)$(SBINDIR)/ntsd-mok
	install -D -m 0755 $(O)/ntsd-metrics $(DESTDIR)$(SBINDIR)/ntsd-metrics
	install -D -m 0644 tools/exporter/ntsd-metrics.service $(DESTDIR)$(UNITDIR)/ntsd-metrics.service
	install -D -m 0644 tools/exporter/ntsd-metrics.8 $(DESTDIR)$(MANDIR)/man8/ntsd-metrics.8
	install -D -m 0644 $(PACKAGING)/grafana-ntsd.json $(DESTDIR)$(DATADIR)/ntsd/grafana-ntsd.json
	install -D -m 0644 ntsd/ntsd.service $(DESTDIR)$(UNITDIR)/ntsd.service
	install -D -m 0644 $(PACKAGING)/ntsd.sysusers $(DESTDIR)$(SYSUSERSDIR)/ntsd.conf
	install -D -m 0644 $(PACKAGING)/ntsd.tmpfiles $(DESTDIR)$(TMPFILESDIR)/ntsd.conf
	[ -e $(DESTDIR)$(SYSCONFDIR)/ntsd/ntsd.conf ] || { \
	  install -D -m 0644 ntsd/ntsd.conf $(DESTDIR)$(SYSCONFDIR)/ntsd/ntsd.conf && \
	  sed -i '$(if $(POOL),s/^#pool ntp.example /pool $(POOL) /)' $(DESTDIR)$(SYSCONFDIR)/ntsd/ntsd.conf; }
	install -D -m 0644 $(PACKAGING)/ntsd.logrotate $(DESTDIR)$(SYSCONFDIR)/logrotate.d/ntsd
	install -D -m 0644 $(PACKAGING)/ntsd.ufw $(DESTDIR)$(SYSCONFDIR)/ufw/applications.d/ntsd
	install -D -m 0644 $(PACKAGING)/nts.firewalld.xml $(DESTDIR)$(FIREWALLDDIR)/nts.xml
	install -D -m 0644 $(PACKAGING)/completion/ntsctl.bash $(DESTDIR)$(BASHDIR)/ntsctl
	install -D -m 0644 $(PACKAGING)/completion/ntsd.bash $(DESTDIR)$(BASHDIR)/ntsd
	install -D -m 0644 $(PACKAGING)/completion/ntsload.bash $(DESTDIR)$(BASHDIR)/ntsload
	install -D -m 0644 $(PACKAGING)/completion/_ntsctl $(DESTDIR)$(ZSHDIR)/_ntsctl
	install -D -m 0644 $(PACKAGING)/completion/_ntsd $(DESTDIR)$(ZSHDIR)/_ntsd
	install -D -m 0644 $(PACKAGING)/completion/_ntsload $(DESTDIR)$(ZSHDIR)/_ntsload
	install -D -m 0644 ntsd/ntsd.8 $(DESTDIR)$(MANDIR)/man8/ntsd.8
	install -D -m 0644 ntsd/ntsd.conf.5 $(DESTDIR)$(MANDIR)/man5/ntsd.conf.5
	install -D -m 0644 tools/ntsctl.8 $(DESTDIR)$(MANDIR)/man8/ntsctl.8
	install -D -m 0644 $(PACKAGING)/ntsd-mok.8 $(DESTDIR)$(MANDIR)/man8/ntsd-mok.8
	install -D -m 0644 $(PACKAGING)/ntsd-tutorial.7 $(DESTDIR)$(MANDIR)/man7/ntsd-tutorial.7

dkms-install: ## module source for DKMS, below DESTDIR
	install -d $(DKMS_SOURCE)
	cp -p --parents $(filter-out %_test.c %_test.h %_vectors.h,$(MODULE_SOURCES)) $(DKMS_SOURCE)/
	sed 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="$(VERSION)"/' kmod/dkms.conf >$(DKMS_SOURCE)/dkms.conf

deb: ## Debian packages, in build/deb
	@$(PACKAGING)/build-deb $(abspath $(O))/deb $(PACKAGE_VERSION)

rpm: ## RPM packages, in build/rpm, as far as rpmbuild goes here
	@$(PACKAGING)/build-rpm $(abspath $(O))/rpm $(PACKAGE_VERSION)

.PHONY: deb rpm
