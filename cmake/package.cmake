# Debian packages: the command line with rules and captures, and one for each daemon.
set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "" FORCE)
set(manuals ${CMAKE_BINARY_DIR}/manuals)
set(deploy ${PROJECT_SOURCE_DIR}/deploy)
add_custom_command(
  OUTPUT ${manuals}/samples/api.yaml
  COMMAND ${CMAKE_COMMAND} -DBIN=$<TARGET_FILE_DIR:ringfence> -DTO=${manuals}
    -P ${PROJECT_SOURCE_DIR}/cmake/manuals.cmake
  DEPENDS ringfence ringfence-sensor ringfence-filter ringfence-api
    ${PROJECT_SOURCE_DIR}/cmake/manuals.cmake VERBATIM)
add_custom_target(manuals ALL DEPENDS ${manuals}/samples/api.yaml)

install(TARGETS ringfence DESTINATION bin COMPONENT cli)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/rules ${PROJECT_SOURCE_DIR}/captures
  DESTINATION share/ringfence COMPONENT cli)
install(DIRECTORY ${manuals}/man1 DESTINATION share/man COMPONENT cli)
install(FILES ${manuals}/completion/bash DESTINATION share/bash-completion/completions
  RENAME ringfence COMPONENT cli)
install(FILES ${manuals}/completion/zsh DESTINATION share/zsh/vendor-completions
  RENAME _ringfence COMPONENT cli)
install(FILES ${manuals}/completion/fish DESTINATION share/fish/vendor_completions.d
  RENAME ringfence.fish COMPONENT cli)
install(DIRECTORY ${deploy}/grafana ${deploy}/prometheus ${deploy}/redis
  DESTINATION share/doc/ringfence/examples COMPONENT cli)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/ringfence
  RENAME copyright COMPONENT cli)

foreach(daemon sensor filter api)
  install(TARGETS ringfence-${daemon} DESTINATION bin COMPONENT ${daemon})
  install(FILES ${deploy}/etc/${daemon}.yaml DESTINATION /etc/ringfence
    PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ COMPONENT ${daemon})
  install(FILES ${deploy}/systemd/ringfence-${daemon}.service
    DESTINATION /lib/systemd/system COMPONENT ${daemon})
  install(FILES ${deploy}/sysusers/ringfence-${daemon}.conf DESTINATION lib/sysusers.d
    COMPONENT ${daemon})
  install(FILES ${manuals}/man8/ringfence-${daemon}.8.gz DESTINATION share/man/man8
    COMPONENT ${daemon})
  install(FILES ${manuals}/man5/ringfence-${daemon}.5.gz DESTINATION share/man/man5
    COMPONENT ${daemon})
  install(FILES ${manuals}/samples/${daemon}.yaml
    DESTINATION share/doc/ringfence-${daemon}/examples COMPONENT ${daemon})
  install(FILES ${manuals}/schema/${daemon}.json DESTINATION share/ringfence/schema
    COMPONENT ${daemon})
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION share/doc/ringfence-${daemon}
    RENAME copyright COMPONENT ${daemon})
endforeach()

set(CPACK_PACKAGE_NAME ringfence)
set(CPACK_PACKAGE_VENDOR Ringfence)
set(CPACK_PACKAGE_CONTACT "Ringfence <ringfence@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "VoIP security monitoring and SIP firewall")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL cli sensor filter api)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_CLI_PACKAGE_NAME ringfence)
set(CPACK_DEBIAN_CLI_PACKAGE_RECOMMENDS "redis-server, ringfence-api")
set(CPACK_COMPONENT_CLI_DESCRIPTION
  "VoIP security monitoring: command line
 Audits captures of SIP, RTP and H.323, and asks a running ringfence-api. Holds
 the detection rules that all programs of Ringfence judge by.")
set(CPACK_COMPONENT_SENSOR_DESCRIPTION
  "VoIP security monitoring: live sensor
 Watches interfaces, follows calls and registrations, raises explained alerts.")
set(CPACK_COMPONENT_FILTER_DESCRIPTION
  "VoIP security monitoring: inline filter
 Opens pinholes for the media of calls on a router, and blocks offenders.")
set(CPACK_COMPONENT_API_DESCRIPTION
  "VoIP security monitoring: API and dashboard
 Answers analysts over REST and on a page, from an archive of its own.")
foreach(daemon sensor filter api)
  string(TOUPPER ${daemon} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ringfence-${daemon})
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS
    "ringfence (= ${PROJECT_VERSION}), systemd-standalone-sysusers | systemd")
  set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS redis-server)
  set(control ${CMAKE_BINARY_DIR}/control/${daemon})
  set(DAEMON ringfence-${daemon})
  set(CONFIG ${daemon}.yaml)
  set(STATE ${daemon})
  if(daemon STREQUAL "filter")
    set(STARTS no) # It changes what a router lets pass: that is the administrator's.
  else()
    set(STARTS yes)
  endif()
  foreach(script postinst prerm postrm conffiles)
    configure_file(${deploy}/debian/${script}.in ${control}/${script} @ONLY)
  endforeach()
  file(CHMOD ${control}/postinst ${control}/prerm ${control}/postrm PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  file(CHMOD ${control}/conffiles PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA
    "${control}/postinst;${control}/prerm;${control}/postrm;${control}/conffiles")
endforeach()
include(CPack)
